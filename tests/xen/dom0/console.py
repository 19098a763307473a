"""Types a line at a guest's console through `virsh console`, and prints the answer.

Usage: console.py DOMAIN COMMAND [SECONDS]. The exit status is the guest's shell's.
"""
import os
import pty
import re
import select
import sys
import time

domain, command = sys.argv[1:3]
limit = time.monotonic() + float(sys.argv[3] if len(sys.argv) > 3 else 40)
# The quotes keep the echo of the line that is typed from looking like the answer, and the token an
# answer to an earlier line, which may have been typed twice.
token = os.urandom(4).hex()
line = f'echo "BE""GIN{token}"; {command}; echo "EN""D{token}=$?="\n'.encode()
answer = re.compile(rf'BEGIN{token}\r?\n(.*?)END{token}=(\d+)='.encode(), re.S)

pid, terminal = pty.fork()
if pid == 0:
    os.execvp('virsh', ['virsh', 'console', domain])

seen = b''
typed = 0.0
status = 1
while time.monotonic() < limit:
    # virsh is ready once it names its escape character; a guest that boots may lose a line.
    if b'Escape character' in seen and time.monotonic() - typed > 8:
        os.write(terminal, line if typed else b'\n' + line)
        typed = time.monotonic()
    if not select.select([terminal], [], [], 0.2)[0]:
        continue
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    seen += data
    found = answer.search(seen)
    if found:
        sys.stdout.write(found.group(1).decode(errors='replace').replace('\r', ''))
        status = int(found.group(2))
        break
else:
    status = 124
if status == 124 or not answer.search(seen):
    print('console: no answer; seen:', seen[-500:].decode(errors='replace'))
    status = status or 1
try:
    os.write(terminal, b'\x1d')
    os.close(terminal)
except OSError:
    pass
sys.exit(status)
