"""Says what pcscd knows of a reader: presence.py READER, with the daemon's socket in PCSCLITE_CSOCK_NAME."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drivers.pcsc.pcscd import Pcscd, load_scard

pcscd = Pcscd(load_scard(), sys.argv[1])
sys.stdout.write(pcscd.presence().name)
pcscd.close()
