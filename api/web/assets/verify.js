// Verifies the record that this page shows, in the reader's browser: the text that stands in the page, its hash, the way
// from the hash to the root, the signature over the root, and the texts that the record only seals. Nothing is trusted
// but the key in the field, and nothing is computed by the server.
//
// The page holds every sentence, in its language: data-good, data-bad and data-unknown of each step. {name} stands for
// what was found. Formats: C2SP tlog-proof, tlog-checkpoint and signed-note; RFC 9162, 2.1.3.2; docs/sealing.md.
'use strict';

(() => {
  const box = document.getElementById('verifier');
  if (!box) return;
  const key = document.getElementById('verifier-key');
  const button = document.getElementById('verifier-run');
  const verdict = document.getElementById('verifier-verdict');
  const offered = key.value.trim();

  const encoder = new TextEncoder();
  const fromText = s => encoder.encode(s);
  const toBase64 = b => btoa(String.fromCharCode(...b));
  const toHex = b => [...b].map(x => x.toString(16).padStart(2, '0')).join('');
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

  // Wrong says why a step has failed; Unknown says why it could not be carried out. The reason is a name in the page.
  class Wrong extends Error {}
  class Unknown extends Error {}

  // fromBase64 reads the one text that bytes have in base64, and no other.
  function fromBase64(s) {
    let b;
    try {
      b = Uint8Array.from(atob(s), c => c.charCodeAt(0));
    } catch {
      throw new Wrong('form');
    }
    if (toBase64(b) !== s) throw new Wrong('form');
    return b;
  }

  function join(...parts) {
    const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) {
      all.set(p, at);
      at += p.length;
    }
    return all;
  }

  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));
  const leafHash = record => sha256([0], record);
  const nodeHash = (left, right) => sha256([1], left, right);

  // readProof takes a proof apart: the record, its number, the way up, and the signed checkpoint.
  function readProof(text) {
    const cut = text.indexOf('\n\n');
    if (cut < 0) throw new Wrong('form');
    const [first, extra, index, ...path] = text.slice(0, cut).split('\n');
    const number = /^index (0|[1-9][0-9]{0,15})$/.exec(index || '');
    if (first !== 'c2sp.org/tlog-proof@v1' || !/^extra ./.test(extra || '') || !number) throw new Wrong('form');
    const hashes = path.map(fromBase64);
    if (hashes.some(h => h.length !== 32)) throw new Wrong('form');
    return {record: fromBase64(extra.slice(6)), index: BigInt(number[1]), path: hashes, note: readNote(text.slice(cut + 2))};
  }

  // readNote takes a signed checkpoint apart. What is signed is its text with the last line break.
  function readNote(text) {
    const cut = text.lastIndexOf('\n\n');
    if (cut < 0 || !text.endsWith('\n')) throw new Wrong('form');
    const signed = text.slice(0, cut + 1);
    const [origin, size, root] = signed.split('\n');
    const signatures = text.slice(cut + 2, -1).split('\n').map(line => {
      const m = /^— (\S+) (\S+)$/.exec(line);
      if (!m) throw new Wrong('form');
      return {name: m[1], bytes: fromBase64(m[2])};
    });
    if (!/^[1-9][0-9]{0,15}$/.test(size || '')) throw new Wrong('form');
    return {signed, origin, size: BigInt(size), root: fromBase64(root || ''), signatures};
  }

  // readKey reads a verifier key of the signed-note format: name+hash+base64, where the hash is of name and key.
  async function readKey(text) {
    const m = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
    if (!m) throw new Unknown('key');
    let bytes;
    try {
      bytes = fromBase64(m[3]);
    } catch {
      throw new Unknown('key');
    }
    const id = (await sha256(fromText(m[1] + '\n'), bytes)).slice(0, 4);
    if (bytes.length !== 33 || bytes[0] !== 1 || toHex(id) !== m[2]) throw new Unknown('key');
    return {name: m[1], id, label: m[1] + '+' + m[2], raw: bytes.slice(1)};
  }

  // rootOf follows the way from a hash up to the root (RFC 9162, 2.1.3.2).
  async function rootOf(hash, index, size, path) {
    let node = index, last = size - 1n;
    for (const h of path) {
      if (last === 0n) throw new Wrong('path');
      if (node & 1n || node === last) {
        hash = await nodeHash(h, hash);
        while (!(node & 1n) && node !== 0n) {
          node >>= 1n;
          last >>= 1n;
        }
      } else {
        hash = await nodeHash(hash, h);
      }
      node >>= 1n;
      last >>= 1n;
    }
    if (last !== 0n) throw new Wrong('path');
    return hash;
  }

  // canonical is the one text of a JSON value (RFC 8785).
  function canonical(v) {
    if (Array.isArray(v)) return '[' + v.map(canonical).join(',') + ']';
    if (v === null || typeof v !== 'object') return JSON.stringify(v);
    return '{' + Object.keys(v).sort().map(k => JSON.stringify(k) + ':' + canonical(v[k])).join(',') + '}';
  }

  // member gives the value at a JSON pointer (RFC 6901).
  function member(value, pointer) {
    for (const part of pointer.split('/').slice(1)) {
      value = value && value[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return value;
  }

  const lines = s => s.replace(/\r\n?/g, '\n');

  // checkText holds one text of the page against the seal in the record: HMAC-SHA256 under a salt that the site gives out.
  async function checkText(shown, record) {
    const pointer = shown.dataset.pointer;
    const sealed = (member(record, pointer) || {}).sealed;
    if (typeof sealed !== 'string') throw new Wrong('text');
    let answer;
    try {
      answer = await fetch('/log/disclosed/' + sealed.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
    } catch {
      throw new Unknown('fetch');
    }
    if (answer.status === 410) throw new Unknown('erased');
    if (!answer.ok) throw new Unknown('fetch');
    let salt, value;
    try {
      ({salt, value} = await answer.json());
      salt = fromBase64(salt);
    } catch {
      throw new Wrong('text');
    }
    const ledger = record.source.replace('urn:arobase:ledger:', '');
    const zero = new Uint8Array(1);
    const message = join(...['arobase/seal/v1', ledger, record.id, pointer].flatMap(s => [fromText(s), zero]), fromText(canonical(value)));
    const hmac = await crypto.subtle.importKey('raw', salt, {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);
    const seal = new Uint8Array(await crypto.subtle.sign('HMAC', hmac, message));
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (toBase64(seal) !== sealed || lines(text) !== lines(shown.textContent)) throw new Wrong('text');
  }

  // The steps, in their order. Each finds what the next one needs, or throws.
  const steps = {
    async record(found) {
      found.proof = readProof(document.getElementById('record-proof').textContent);
      found.bytes = fromText(document.getElementById('record-bytes').textContent);
      if (!same(found.proof.record, found.bytes)) throw new Wrong('other');
      found.json = JSON.parse(document.getElementById('record-bytes').textContent);
      if (found.json.id !== box.dataset.record) throw new Wrong('other');
      return {count: found.bytes.length};
    },
    async hash(found) {
      found.hash = await leafHash(found.bytes);
      return {hash: toHex(found.hash)};
    },
    async place(found) {
      const {proof} = found;
      const root = await rootOf(found.hash, proof.index, proof.note.size, proof.path);
      if (proof.index >= proof.note.size || String(proof.index) !== box.dataset.index || !same(root, proof.note.root)) throw new Wrong('path');
      return {count: proof.path.length, root: toBase64(root), size: proof.note.size};
    },
    async signature(found) {
      const {note} = found.proof;
      const given = key.value.trim();
      const k = await readKey(given);
      const own = note.signatures.filter(s => s.name === k.name && same(s.bytes.slice(0, 4), k.id));
      if (own.length === 0 || note.origin !== k.name) throw new Wrong('stranger');
      let publicKey;
      try {
        publicKey = await crypto.subtle.importKey('raw', k.raw, {name: 'Ed25519'}, false, ['verify']);
      } catch {
        throw new Unknown('ed25519');
      }
      for (const s of own) {
        if (!await crypto.subtle.verify({name: 'Ed25519'}, publicKey, s.bytes.slice(4), fromText(note.signed))) throw new Wrong('signature');
      }
      return {key: k.label, whose: given === offered ? box.dataset.offered : box.dataset.pasted};
    },
    async texts(found) {
      const texts = [...document.querySelectorAll('[data-pointer]')];
      for (const t of texts) await checkText(t, found.json);
      return {count: texts.length};
    },
  };

  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

  // tell writes the outcome of a step into the page: a word, a mark that is not colour alone, and a sentence.
  function tell(item, state, sentence) {
    item.dataset.state = state;
    const word = document.createElement('strong');
    word.textContent = box.dataset[state] + ' ';
    item.querySelector('.outcome').replaceChildren(word, sentence);
  }

  async function run() {
    button.disabled = true;
    verdict.textContent = box.dataset.running;
    delete verdict.dataset.state;
    const items = [...box.querySelectorAll('[data-step]')];
    for (const item of items) {
      delete item.dataset.state;
      item.querySelector('.outcome').replaceChildren();
    }
    const found = {};
    let state = 'good', at = 0;
    for (const item of items) {
      at++;
      try {
        tell(item, 'good', filled(item.dataset.good, await steps[item.dataset.step](found)));
      } catch (e) {
        if (e instanceof Unknown) {
          state = 'unknown';
          tell(item, 'unknown', box.dataset['why' + e.message]);
          continue;
        }
        // What was not foreseen is no proof either: the record does not read as it should.
        const why = e instanceof Wrong ? e.message : 'form';
        state = 'bad';
        tell(item, 'bad', box.dataset['why' + why]);
        break;
      }
    }
    verdict.dataset.state = state;
    verdict.textContent = filled(box.dataset['verdict' + state], {step: at});
    button.disabled = false;
  }

  box.classList.add('ready'); // for browsers that do not tell style sheets that scripts run
  if (!globalThis.isSecureContext || !globalThis.crypto || !crypto.subtle) {
    verdict.dataset.state = 'unknown';
    verdict.textContent = box.dataset.whynocrypto;
    return;
  }
  button.disabled = false;
  button.addEventListener('click', run);
})();
