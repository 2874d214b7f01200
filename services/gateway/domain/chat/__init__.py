"""What a conversation may do to an edit: from words to operations, and from operations to another timeline."""
