"""What people approve: policies, previews, diffs, the gate, the report and evidence."""
