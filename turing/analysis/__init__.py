"""The statistics of a reader study, pure: numbers in, frozen results out. Each is tested against an outside reference."""
