"""The main job on one machine: the sandbox's services, a past of five days, and the real bot process to talk to."""
