"""Sends the messages of a CSV file into the running room as a rehearsal, and tells how the room read each of them."""

import argparse
import csv
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ingest.callers import Rehearsal
from ingest.crowd import ACCEPTED, Answers, Crowd, Job, Wire
from ingest.day import Delivery
from ingest.outcome import report
from server import settings
from server.access import Access
from server.log import Log
from server.settings import Settings
