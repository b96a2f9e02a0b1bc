// Checks a .tlog-proof (C2SP) of a record with nothing but WebCrypto: SHA-256 and Ed25519.
// Byte layouts: proto/README.md, Entry, Checkpoint, Proof file, Evidence; trees: RFC 6962, as in RFC 9162 section 2.1.

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MAX_FILE = 2 << 20;

/** What a proof is not; the message is a key of the words. */
export class Malformed extends Error {}

const words = JSON.parse(document.getElementById("words")?.dataset.words ?? "{}");
/** The words of a key in the language of the page. */
export const say = (key) => words[key] ?? key;

const utf8 = new TextEncoder();

export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Malformed("js_malformed");
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new Malformed("js_malformed");
  }
  return bytes;
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

function decimal(text) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) throw new Malformed("js_malformed");
  return BigInt(text);
}

async function sha256(...parts) {
  const bytes = new Uint8Array(parts.reduce((len, part) => len + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** A proof file in its parts; nothing is verified yet. */
export function parseProof(text) {
  if (text.length > MAX_FILE) throw new Malformed("js_malformed");
  const cut = text.indexOf("\n\n");
  const lines = cut < 0 ? [] : text.slice(0, cut).split("\n");
  if (lines.shift() !== FIRST_LINE) throw new Malformed("js_malformed");
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6)) : undefined;
  const index = /^index ([0-9]+)$/.exec(lines.shift() ?? "");
  if (!index || lines.length > 64) throw new Malformed("js_malformed");
  const hashes = lines.map(fromBase64);
  if (hashes.some((hash) => hash.length !== 32)) throw new Malformed("js_malformed");
  const magic = extra && new TextDecoder().decode(extra.slice(0, 4));
  if (magic !== "EV01" && magic !== "EP01") throw new Malformed("js_no_evidence");
  return { index: decimal(index[1]), hashes, ...parseEvidence(extra), checkpoint: parseNote(text.slice(cut + 2)) };
}

/** `EV01`, or `EP01` on paper ‖ operator's key ‖ u8 length ‖ entry ‖ what is not checked here. */
function parseEvidence(extra) {
  const entryLen = extra[36];
  const entry = extra.slice(37, 37 + entryLen);
  if ((entryLen !== 129 && entryLen !== 193) || entry.length !== entryLen) throw new Malformed("js_malformed");
  const view = new DataView(entry.buffer);
  return {
    key: extra.slice(4, 36),
    entry,
    receivedAtMs: view.getBigUint64(0),
    name: `${view.getUint32(12)}/${view.getBigUint64(16)}`,
  };
}

/** A signed note with the three lines of a checkpoint. */
function parseNote(note) {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const lines = text.split("\n");
  if (cut < 0 || lines.length !== 4 || !note.endsWith("\n")) throw new Malformed("js_malformed");
  const signatures = note.slice(cut + 2, -1).split("\n").map((line) => {
    const parts = /^— (\S+) (\S+)$/u.exec(line);
    if (!parts) throw new Malformed("js_malformed");
    return { name: parts[1], bytes: fromBase64(parts[2]) };
  });
  const root = fromBase64(lines[2]);
  if (root.length !== 32) throw new Malformed("js_malformed");
  return { text, origin: lines[0], size: decimal(lines[1]), root, signatures };
}

/** RFC 9162, 2.1.3.2: whether a leaf at `index` leads to the root of a tree of `size`. */
export async function verifyInclusion(index, size, leaf, hashes, root) {
  if (index >= size) return false;
  let [node, last, at] = [index, size - 1n, leaf];
  for (const hash of hashes) {
    if (last === 0n) return false;
    if ((node & 1n) === 1n || node === last) {
      at = await nodeHash(hash, at);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      at = await nodeHash(at, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && same(at, root);
}

/** RFC 9162, 2.1.4.2: whether the tree of `size` begins with the one of `oldSize`. */
export async function verifyConsistency(oldSize, oldRoot, size, root, hashes) {
  if (oldSize === 0n || oldSize > size) return false;
  if (oldSize === size) return hashes.length === 0 && same(oldRoot, root);
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...hashes] : [...hashes];
  if (path.length === 0) return false;
  let [node, last] = [oldSize - 1n, size - 1n];
  while ((node & 1n) === 1n) [node, last] = [node >> 1n, last >> 1n];
  let [before, now] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (last === 0n) return false;
    if ((node & 1n) === 1n || node === last) {
      before = await nodeHash(hash, before);
      now = await nodeHash(hash, now);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      now = await nodeHash(now, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && same(before, oldRoot) && same(now, root);
}

/** The first four bytes of SHA-256(name ‖ LF ‖ type ‖ key). */
const keyId = async (name, type, key) => (await sha256(utf8.encode(`${name}\n`), Uint8Array.of(type), key)).slice(0, 4);

async function isRight(key, signature, message) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Malformed("js_no_ed25519");
    return false;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, utf8.encode(message));
}

/** The bytes of a note's line by this name and key, without the key's id. */
const lineOf = (note, name, id) =>
  note.signatures.find((line) => line.name === name && same(line.bytes.slice(0, 4), id))?.bytes.slice(4);

/** Whether the operator's own line is on the note and right. */
async function isSignedBy(note, key) {
  const signature = lineOf(note, note.origin, await keyId(note.origin, 1, key));
  return signature?.length === 64 && isRight(key, signature, note.text);
}

/** Witnesses that a policy names: `witness <name> <key's name>+<id in hex>+<04 and key in base64> [<url>]`. */
function witnessesOf(policy) {
  const keys = policy.split("\n").filter((line) => line.startsWith("witness ")).map((line) => line.split(/\s+/)[2] ?? "");
  return keys.flatMap((vkey) => {
    // base64 may hold a plus: 33 bytes are its last 44 characters
    const parts = /^(.+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(vkey);
    const bytes = parts ? fromBase64(parts[3]) : [];
    return bytes[0] === 4 ? [{ name: parts[1], id: fromHex(parts[2]), key: bytes.slice(1) }] : [];
  });
}

/** How many of the policy's witnesses cosigned the note (`cosignature/v1`), and how many tried and failed. */
async function cosigned(note, policy) {
  const found = { right: [], wrong: [] };
  for (const { name, id, key } of witnessesOf(policy)) {
    const line = lineOf(note, name, id);
    if (!line) continue;
    const time = line.length === 72 ? new DataView(line.buffer).getBigUint64(0) : 0n;
    const isGood = line.length === 72 && (await isRight(key, line.slice(8), `cosignature/v1\ntime ${time}\n${note.text}`));
    found[isGood ? "right" : "wrong"].push(name);
  }
  return found;
}

/** Milliseconds UTC as the pages print a time, in Viet Nam. */
const moment = (ms) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Ho_Chi_Minh" })
    .format(new Date(Number(ms)))
    .replace(",", "");

const place = (origin) => `socai seen ${origin}`;

/** The key, size and root that this browser remembers of a ledger. */
function remembered(origin) {
  try {
    const { key, size, root } = JSON.parse(localStorage.getItem(place(origin)));
    return { key: fromHex(key), size: decimal(size), root: fromHex(root) };
  } catch {
    return undefined;
  }
}

function remember(note, key) {
  const seen = { key: hex(key), size: note.size.toString(), root: hex(note.root) };
  try {
    localStorage.setItem(place(note.origin), JSON.stringify(seen));
  } catch {
    // a browser that keeps nothing compares nothing
  }
}

/** Asks this server for what it cannot forge: hashes between two sizes. */
async function consistencyProof(oldSize, size) {
  const answer = await fetch(`/api/v1/consistency/${oldSize}/${size}`);
  if (!answer.ok) return undefined;
  return (await answer.json()).proof.map(fromHex);
}

/** Compares with the checkpoint seen before; true, false, or undefined when the server gives no proof. */
async function continues(seen, note) {
  const [old, newer] = seen.size <= note.size ? [seen, note] : [note, seen];
  if (old.size === newer.size) return same(old.root, newer.root);
  const hashes = await consistencyProof(old.size, newer.size).catch(() => undefined);
  return hashes && verifyConsistency(old.size, old.root, newer.size, newer.root, hashes);
}

/** Checks everything that WebCrypto can; `{ok, steps: [{ok, text}]}`, where ok undefined means that it says nothing either way. */
export async function checkProof(text, expected) {
  const steps = [];
  const step = (ok, said) => {
    steps.push({ ok, text: said });
    return ok;
  };
  const done = () => ({ ok: steps.every(({ ok }) => ok !== false) && steps.some(({ ok }) => ok), steps });
  if (!globalThis.crypto?.subtle) {
    step(false, say("js_no_crypto"));
    return done();
  }
  try {
    const proof = parseProof(text);
    const note = proof.checkpoint;
    if (expected && expected !== proof.name) {
      step(false, `${say("js_wrong_record")} ${proof.name}`);
      return done();
    }
    step(undefined, `${say("js_entry")} ${proof.name}, ${note.origin}. ${say("js_received")} ${moment(proof.receivedAtMs)}`);
    const leaf = await leafHash(proof.entry);
    const isIn = await verifyInclusion(proof.index, note.size, leaf, proof.hashes, note.root);
    step(isIn, isIn ? `${say("js_included")} ${proof.index} / ${note.size}` : say("js_not_included"));
    const isSigned = await isSignedBy(note, proof.key);
    step(isSigned, isSigned ? `${say("js_signed")} ${hex(proof.key)}` : say("js_not_signed"));
    if (isIn && isSigned) await compare(note, proof.key, step);
    if (note.signatures.length > 1) await witnessed(note, step);
    step(undefined, say("js_not_checked"));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    step(false, `${say("js_not_a_proof")} ${say(error.message)}`);
  }
  return done();
}

/** Checks the cosignatures of witnesses by the keys that this server names. */
async function witnessed(note, step) {
  const answer = await fetch("/api/v1/policy").catch(() => undefined);
  const { right, wrong } = answer?.ok ? await cosigned(note, await answer.text()) : { right: [], wrong: [] };
  const unknown = note.signatures.length - 1 - right.length - wrong.length;
  if (right.length) step(true, `${say("js_witnessed")} ${right.join(", ")}`);
  if (wrong.length) step(false, `${say("js_not_witnessed")} ${wrong.join(", ")}`);
  if (unknown > 0) step(undefined, `${say("js_cosigned")} ${unknown}`);
}

/** Holds a proven checkpoint against what this browser remembers, and remembers the larger one. */
async function compare(note, key, step) {
  const seen = remembered(note.origin);
  if (!seen) {
    step(undefined, say("js_first_seen"));
    remember(note, key);
    return;
  }
  if (!same(seen.key, key)) {
    step(false, `${say("js_other_key")} ${hex(seen.key)}`);
    return;
  }
  step(true, say("js_same_key"));
  const goesOn = await continues(seen, note);
  if (goesOn === undefined) {
    step(undefined, `${say("js_consistency_unknown")} ${seen.size}`);
  } else if (goesOn) {
    step(true, `${say("js_consistent")} ${seen.size}`);
    if (note.size > seen.size) remember(note, key);
  } else {
    step(false, `${say("js_not_consistent")} ${seen.size} ${hex(seen.root)}`);
  }
}
