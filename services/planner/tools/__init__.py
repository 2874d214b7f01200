"""What the planner reads beside its orders."""
