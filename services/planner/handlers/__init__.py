"""What the planner does on each command: one function per message."""
