"""What is loaded and checked before the first open: sources by name, and templates with all their paths."""
