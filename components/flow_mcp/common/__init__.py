"""What every room may use: errors, time limits, untrusted text made safe. It knows nothing of Flow."""
