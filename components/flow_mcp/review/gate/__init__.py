"""The gate: evaluate the rules on a change, show it for approval, and apply exactly the approved change."""
