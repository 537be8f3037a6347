#!/usr/bin/env python
"""Django's command line for evalsite."""

import os
import sys

if __name__ == "__main__":
    # Small matrix products on several threads wait for one another: beside a busy neighbour radiomics took eight times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
