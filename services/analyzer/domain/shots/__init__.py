"""Where a film's shots change, and how: cuts, dissolves, fades, wipes, and all that only looks like one. Pure."""
