"""A second verifier of a log directory, written from proto/README.md alone.

Usage: second_verifier.py POLICY < directories, one a line. For each it prints `verified <size> <root>` or `refused <why>`.

It shares no code with socai and is kept plain: whoever reads the byte tables beside it should find each of them again here. It
verifies every frame, header, link, facts digest, signature of units and operator, leaf, root, checkpoint, annex and derived file. What facts mean is not
its business: whether an erased annex was ordered to be erased is left to the audit.
"""

import base64
import hashlib
import os
import struct
import sys

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ZERO = bytes(32)


class Refused(Exception):
    """Something does not hold."""


def need(holds, why):
    if not holds:
        raise Refused(why)


# --- Keys -----------------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
# Encodings of the points of small order (RFC 7748, RFC 8032: the eight-torsion), canonical ones.
SMALL = {
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
}


def is_canonical(point):
    return int.from_bytes(point, "little") & (2**255 - 1) < P


def signed(key, message, signature):
    """Whether an Ed25519 signature verifies strictly."""
    if not is_canonical(key) or key in SMALL or signature[:32] in SMALL:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def u16(number):
    return struct.pack(">H", number)


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


class Policy:
    """The only log of a policy: its name and key."""

    def __init__(self, text):
        logs = [line.split()[1] for line in text.splitlines() if line.startswith("log ")]
        need(len(logs) == 1, "the policy names one log")
        name, identifier, key = logs[0].split("+", 2)
        kind = base64.b64decode(key, validate=True)
        need(kind[0] == 1 and len(kind) == 33, "an Ed25519 log key")
        self.origin, self.operator = name, kind[1:]
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + self.operator).digest()[:4]
        need(self.id.hex() == identifier, "the key ID is of this name and key")
        self.prefixed = u16(len(name.encode())) + name.encode()
        self.mark = blake3(name.encode()).digest()


# --- Link, genesis, segment -----------------------------------------------------------------------------------------------------


def link_of(header):
    return blake3(header, derive_key_context="socai.v1 unit chain link").digest()


def genesis(policy, unit, first_key):
    message = policy.prefixed + u16(32) + policy.operator + u16(4) + u32(unit) + u16(32) + first_key
    return blake3(message, derive_key_context="socai.v1 unit chain genesis").digest()


def segment_message(policy, link):
    return b"\x00socai.v1 segment" + policy.prefixed + link


# --- Tree -----------------------------------------------------------------------------------------------------------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the complete subtrees, largest first, and the hashes of every tile level."""

    def __init__(self):
        self.size, self.peaks, self.levels = 0, [], {}

    def push(self, leaf):
        self.size += 1
        height, hash = 0, leaf
        self.complete(height, hash)
        while self.peaks and self.peaks[-1][0] == height:
            hash = node_hash(self.peaks.pop()[1], hash)
            height += 1
            self.complete(height, hash)
        self.peaks.append((height, hash))

    def complete(self, height, hash):
        if height % 8 == 0:
            self.levels.setdefault(height // 8, bytearray()).extend(hash)

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        hashes = [hash for _, hash in self.peaks]
        root = hashes.pop()
        while hashes:
            root = node_hash(hashes.pop(), root)
        return root

    def frontier(self):
        return u64(self.size) + b"".join(hash for _, hash in self.peaks)


# --- Checkpoint -----------------------------------------------------------------------------------------------------------------


def exact_base64(text):
    bytes = base64.b64decode(text, validate=True)
    need(base64.b64encode(bytes).decode() == text, "base64 has one form")
    return bytes


def check_checkpoint(policy, note, size, root):
    """The note must be this log's checkpoint of this tree, signed by the operator alone."""
    try:
        text = note.decode("utf-8")
        body, _, signatures = text.rpartition("\n\n")
        expected = f"{policy.origin}\n{size}\n{base64.b64encode(root).decode()}"
        need(body == expected, f"the checkpoint states size {size} and the root of the entries")
        need(signatures.endswith("\n") and signatures.count("\n") == 1, "one signature line")
        dash, name, signature = signatures[:-1].split(" ")
        signature = exact_base64(signature)
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(f"a checkpoint is a note: {error}") from None
    need(dash == "—" and name == policy.origin and signature[:4] == policy.id, "signed by the operator")
    holds = len(signature) == 68 and signed(policy.operator, (body + "\n").encode(), signature[4:])
    need(holds, f"the signature of the checkpoint of size {size}")


# --- Frames ---------------------------------------------------------------------------------------------------------------------

CRC_TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    CRC_TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def frame_at(data, at):
    """Kind, payload and end of the frame at a position."""
    need(at + 9 <= len(data), f"byte {at}: a whole frame")
    length = struct.unpack_from(">I", data, at)[0]
    end = at + 5 + length + 4
    need(length <= 16_777_216 and end <= len(data), f"byte {at}: a whole frame")
    need(crc32c(data[at : end - 4]) == struct.unpack_from(">I", data, end - 4)[0], f"byte {at}: the checksum")
    return data[at + 4], bytes(data[at + 5 : end - 4]), end


class Parts:
    """A payload from front to back."""

    def __init__(self, payload, what):
        self.payload, self.at, self.what = payload, 0, what

    def bytes(self, length):
        part = self.payload[self.at : self.at + length]
        need(len(part) == length, f"the layout of {self.what}")
        self.at += length
        return part

    def u8(self):
        return self.bytes(1)[0]

    def u16(self):
        return struct.unpack(">H", self.bytes(2))[0]

    def u32(self):
        return struct.unpack(">I", self.bytes(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.bytes(8))[0]

    def rest(self):
        return self.bytes(len(self.payload) - self.at)

    def end(self):
        need(self.at == len(self.payload), f"the end of {self.what}")


# --- Facts: only what changes keys ------------------------------------------------------------------------------------------------


def protobuf(data):
    """Fields by number: integers, or bytes. The last of a field counts."""

    def varint(at):
        value, shift = 0, 0
        while True:
            need(at < len(data) and shift < 70, "a varint")
            value |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 0x80:
                return value, at

    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(at)
        if tag & 7 == 0:
            fields[tag >> 3], at = varint(at)
        else:
            need(tag & 7 == 2, "a field of varint or bytes")
            length, at = varint(at)
            need(at + length <= len(data), "a whole field")
            fields[tag >> 3], at = data[at : at + length], at + length
    return fields


class Unit:
    def __init__(self, number, id, sealing):
        self.number, self.id, self.first = number, id, sealing
        self.epochs = [(0, sealing)]  # the record from which a sealing key holds

    def key_of(self, number):
        return [key for start, key in self.epochs if start <= number][-1]

    def rotate(self, start, key):
        self.epochs = [epoch for epoch in self.epochs if epoch[0] < start] + [(start, key)]


class Units:
    """Who may sign what, as the log says up to one place."""

    def __init__(self, policy):
        self.policy, self.by_number, self.by_id, self.keys = policy, {}, {}, set()

    def key_of(self, unit, number):
        if unit == 0:
            return self.policy.operator
        return self.by_number[unit].key_of(number) if unit in self.by_number else None

    def first_key(self, unit):
        if unit == 0:
            return self.policy.operator
        return self.by_number[unit].first if unit in self.by_number else None

    def follow(self, unit, number, rotates, facts, next_of):
        try:
            event = protobuf(facts)
            if unit == 0 and 101 in event:
                self.register(protobuf(event[101]))
            elif 105 in event and (unit == 0 or rotates):
                self.rotate(unit, number, rotates, protobuf(event[105]), next_of)
        except (Refused, UnicodeDecodeError):
            pass  # facts that cannot be read change no key

    def register(self, fields):
        number, id = fields.get(1, 0), fields.get(2, b"").decode()
        if number in self.by_number or id in self.by_id:
            return
        keys = [fields.get(field, b"") for field in (9, 10, 11)]
        if any(len(key) != 32 or key in self.keys for key in keys):
            return
        self.keys.update(keys)
        self.by_number[number] = self.by_id[id] = Unit(number, id, keys[1])

    def rotate(self, publisher, number, rotates, fields, next_of):
        use, key, id = fields.get(1, 0), fields.get(2, b""), fields.get(4, b"").decode()
        own = self.by_number.get(publisher)
        unit = self.by_id.get(id) if id else own
        if unit is None or len(key) != 32 or key in self.keys or (publisher != 0 and unit is not own):
            return
        if unit is own and not rotates:
            return
        self.keys.add(key)
        if use == 2:
            unit.rotate(number + 1 if unit is own else next_of(unit.number), key)


# --- The log --------------------------------------------------------------------------------------------------------------------


def read(path):
    with open(path, "rb") as file:
        return file.read()


def names(directory):
    return sorted(os.listdir(directory)) if os.path.isdir(directory) else []


class Log:
    def __init__(self, directory, policy):
        self.directory, self.policy = directory, policy
        self.tree, self.units = Tree(), Units(policy)
        self.received, self.cursor, self.note = 0, bytes(16), b""
        self.heads = {}  # unit: (next number, link)
        self.entries, self.index, self.positions = bytearray(), bytearray(), bytearray()
        self.leaves = {}  # unit: leaf indexes by number
        self.open = {}  # unit: first record without a signature

    def verify(self):
        files = names(os.path.join(self.directory, "volumes"))
        need(files, "there are volumes")
        for number, name in enumerate(files):
            need(name == f"{number:010}.vol", f"volumes/{name} is no volume, or one before it is missing")
            self.volume(number, name, is_last=number + 1 == len(files))
        self.annex_names(len(files))
        self.derived()
        return self.tree.size, self.tree.root()

    def volume(self, number, name, is_last):
        data = read(os.path.join(self.directory, "volumes", name))
        kind, payload, at = frame_at(data, 0)
        need(kind == 1, "a volume begins with its head")
        self.head(payload, number)
        self.place, self.annexes, first = 0, [], self.tree.size
        batch, committed, ended = None, True, False
        while at < len(data):
            start = at
            kind, payload, at = frame_at(data, at)
            need(not ended, "nothing is behind the end of a volume")
            if kind == 2:
                batch = start if batch is None else batch
                self.record(payload, start, first)
                committed = False
            elif kind == 3:
                self.commit(payload, start if batch is None else batch)
                batch, committed = None, True
            elif kind == 4:
                parts = Parts(payload, "an end frame")
                need(parts.u64() == self.tree.size and parts.bytes(32) == self.tree.root(), "the end of a volume")
                parts.end()
                need(committed, "a batch is closed by a commit")
                ended = True
            else:
                need(False, f"a frame of kind {kind} in a volume")
        need(committed, "nothing is behind the last commit")
        need(ended or is_last, "a volume with a successor is sealed")
        need(self.note, "a log has a commit")
        self.annex_volume(number)

    def head(self, payload, number):
        parts = Parts(payload, "a volume head")
        need(parts.bytes(8) == b"socaivol" and parts.u16() == 1, "the magic and version of a volume")
        need(parts.bytes(32) == self.policy.mark, "the mark of the ledger")
        for what, expected in (
            ("number of the volume", number),
            ("first leaf", self.tree.size),
            ("time of the entry before", self.received),
            ("length of the entries before", len(self.entries)),
        ):
            need(parts.u64() == expected, f"the {what} in a volume's head")
        need(parts.bytes(16) == self.cursor, "the cursor in a volume's head")
        need(parts.bytes(parts.u16()) == self.tree.frontier(), "the frontier in a volume's head")
        heads = [(parts.u32(), parts.u64(), parts.bytes(32)) for _ in range(parts.u32())]
        expected = sorted((unit, next, link) for unit, (next, link) in self.heads.items())
        need(heads == expected, "the units in a volume's head")
        need(parts.rest() == self.note, "the checkpoint in a volume's head")

    def record(self, payload, position, first):
        parts = Parts(payload, "a record frame")
        flags = parts.u8()
        has_annex, stores = bool(flags & 2), bool(flags & 4)
        need(flags < 8 and (has_annex or not stores), "the flags of a record")
        need(parts.u32() == self.tree.size - first, "the place of a record in its volume")
        received = parts.u64()
        need(received >= self.received, "the times of entries never decrease")
        header = parts.bytes(120) if has_annex else parts.bytes(88) + ZERO
        need(not has_annex or header[88:] != ZERO, "a digest of zero is not stored")
        annex_at = (parts.u64(), parts.u32()) if stores else None
        signature = parts.bytes(64) if flags & 1 else b""
        facts = parts.rest()
        need(len(facts) <= 1_048_576, "the length of the facts")
        need(header[0] == 1 and header[1] < 2 and header[2:4] == bytes(2), "the version and flags of a header")
        need(blake3(facts).digest() == header[56:88], "the facts are those of the header")
        unit, number = struct.unpack_from(">IQ", header, 4)
        self.chain(unit, number, header)
        leaf = self.tree.size
        if annex_at:
            self.annexes.append((leaf, *annex_at, header[88:]))
        self.received = received
        self.derive(unit, leaf, position, u64(received) + header + bytes([len(signature)]) + signature)
        self.sign(unit, number, signature)
        self.units.follow(unit, number, header[1] == 1, facts, lambda of: self.heads.get(of, (0, None))[0])

    def chain(self, unit, number, header):
        if unit not in self.heads:
            first = self.units.first_key(unit)
            need(first is not None, f"unit {unit} is registered before its first record")
            self.heads[unit] = (0, genesis(self.policy, unit, first))
        need((number, header[24:56]) == self.heads[unit], f"{unit}/{number} continues its chain")
        self.heads[unit] = (number + 1, link_of(header))

    def sign(self, unit, number, signature):
        opened = self.open.setdefault(unit, number)
        if not signature:
            return
        del self.open[unit]
        key = self.units.key_of(unit, number)
        need(key == self.units.key_of(unit, opened), f"one key covers {unit}/{opened} to {unit}/{number}")
        message = segment_message(self.policy, self.heads[unit][1])
        need(signed(key, message, signature), f"the signature with {unit}/{number}")

    def derive(self, unit, leaf, position, entry):
        if leaf % 256 == 0:
            self.index += u64(len(self.entries))
        self.entries += u16(len(entry)) + entry
        self.positions += u64(position)
        self.leaves.setdefault(unit, bytearray()).extend(u64(leaf))
        self.tree.push(leaf_hash(entry))

    def commit(self, payload, batch):
        parts = Parts(payload, "a commit frame")
        need(not self.open, "every record of a batch is covered by a signature")
        need(parts.u64() == batch, "the start of a batch")
        need(parts.u64() == self.tree.size, "the size of a commit")
        self.cursor, self.note = parts.bytes(16), parts.rest()
        check_checkpoint(self.policy, self.note, self.tree.size, self.tree.root())

    # --- annexes

    def annex_volume(self, number):
        path = os.path.join(self.directory, "annex", f"{number:010}.anx")
        data = read(path) if os.path.exists(path) else b""
        if not self.annexes:
            need(not data, "an annex volume without annexes")
            return
        kind, payload, at = frame_at(data, 0)
        need(kind == 7 and payload == b"socaianx" + u16(1) + self.policy.mark + u64(number), "the head of annexes")
        for leaf, position, length, digest in self.annexes:
            need(position == at, f"the annex of leaf {leaf} is behind the one before")
            kind, payload, at = frame_at(data, at)
            parts = Parts(payload, "an annex frame")
            need(parts.u64() == leaf, f"the annex of leaf {leaf}")
            annex = parts.bytes(length)
            parts.end()
            erased = kind == 6 and annex == bytes(length)
            need(erased or kind == 5 and blake3(annex).digest() == digest, f"the annex of leaf {leaf}")
        need(at == len(data), "nothing is behind the last annex")

    def annex_names(self, volumes):
        known = {f"{number:010}.anx" for number in range(volumes)}
        strays = set(names(os.path.join(self.directory, "annex"))) - known
        need(not strays, f"no file of a log has these names: {strays}")

    # --- derived files

    def derived(self):
        expected = {"entries": self.entries, "entries.idx": self.index, "positions": self.positions}
        expected["checkpoint"] = self.note
        expected.update({f"hashes.{level}": hashes for level, hashes in self.tree.levels.items()})
        expected.update({f"units/{unit}": leaves for unit, leaves in self.leaves.items()})
        for name, content in expected.items():
            path = os.path.join(self.directory, name)
            need(read(path) == content if os.path.isfile(path) else not content, f"the derived file {name}")
        there = set(names(self.directory)) - {"volumes", "annex", "units"}
        there |= {f"units/{name}" for name in names(os.path.join(self.directory, "units"))}
        strays = there - set(expected)
        need(not strays, f"no file of a log has these names: {strays}")


def main():
    policy = Policy(read(sys.argv[1]).decode())
    for line in sys.stdin:
        try:
            size, root = Log(line.rstrip("\n"), policy).verify()
            print("verified", size, root.hex(), flush=True)
        except (Refused, OSError) as why:
            print("refused", str(why).replace("\n", " "), flush=True)


main()
