"""What the gateway decides: values in, values out."""
