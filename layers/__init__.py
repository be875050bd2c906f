"""What the office knows: layers, editions, assessments, and where they are kept."""
