"""A time stamp authority (RFC 3161) on loopback, made of the openssl of this machine."""

import subprocess
from pathlib import Path

from services.demo.site import Answer, Request, Site

CONFIG = """
[req]
distinguished_name = nobody
[nobody]
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
[signer]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:false
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
"""


class Authority:
    """Stamps what it is sent, while it is `open`; `root` is the certificate that its readers trust."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.open = folder, True
        self.root = folder / "root.pem"
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        self._issue()
        self.site = Site(self.answer)
        self.site.start()

    def answer(self, request: Request) -> Answer:
        if not self.open:
            return Answer(503, b"closed today")
        (self.folder / "query.tsq").write_bytes(request.body)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return Answer(200, (self.folder / "reply.tsr").read_bytes(), {"Content-Type": "application/timestamp-reply"})

    def _issue(self) -> None:
        elliptic = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        root = ("-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root of Tests", "-days", "3650")
        self._openssl("req", "-x509", *elliptic, *root, "-config", "tsa.cnf", "-extensions", "root")
        wish = ("-keyout", "signer.key", "-out", "signer.csr", "-subj", "/CN=Clock of Tests")
        self._openssl("req", "-new", *elliptic, *wish, "-config", "tsa.cnf")
        issued = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650", "-out", "signer.pem")
        self._openssl("x509", "-req", "-in", "signer.csr", *issued, "-extfile", "tsa.cnf", "-extensions", "signer")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
