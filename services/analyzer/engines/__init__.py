"""Where words come from: interchangeable engines behind one Protocol."""
