"""The pages and pictures of docs/ that are made from the code; the check that they are current."""
