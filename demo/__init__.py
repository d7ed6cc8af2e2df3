"""The main job on one machine: the sandbox's services, a past of 26 hours, and the real bot process to talk to."""
