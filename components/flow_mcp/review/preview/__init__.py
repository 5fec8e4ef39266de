"""What Pulumi's engine says of a stack, as data: what it would do, did, or found there.

Secret values end here: the engine hides them in what it reports, and what is left of them is a mask.
"""
