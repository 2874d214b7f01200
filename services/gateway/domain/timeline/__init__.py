"""The timeline as people read and write it: values, rules, differences, and the edit model that comes of it. Pure."""
