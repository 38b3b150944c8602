// Signs as identities of private Sigstores: @sigstore/sign gets a certificate and a log entry for each signature from the
// services of @sigstore/mock, which run here, on loopback, for as long as this takes.
//
//   node sign.cjs FOLDER     with node_modules on NODE_PATH; reads {"signings": [...]} from stdin, see tests/src/sigstore.rs
//
// For each Sigstore that a signing names, FOLDER gets its trust root, NAME.root.json; for each signing its bundle, NAME.sigstore.json.
// Nothing of it is worth keeping.

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const { bundleToJSON } = require('@sigstore/bundle');
const { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } = require('@sigstore/mock');
const { DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness } = require('@sigstore/sign');

const IN_TOTO = 'application/vnd.in-toto+json';
// Rekor's host stands in the checkpoints that the log signs.
const REKOR = 'https://rekor.private.example';
// Everything that is trusted was so before anything was signed.
const SINCE = '2020-01-01T00:00:00Z';

const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
const keys = () => crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** The keys of an authority, of its log of certificates and of its log of signatures, and what to trust of them. */
async function sigstore() {
  const [authority, certificates, signatures] = [keys(), keys(), keys()];
  const services = async ({ certificateMinutesAgo, inCertificateLog }) => {
    const then = new Date(Date.now() - certificateMinutesAgo * 60_000);
    const ctLog = inCertificateLog ? withSignatures(await initializeCTLog(certificates, then)) : undefined;
    return {
      ca: await initializeCA(authority, ctLog, then),
      tlog: asRekorKeepsIt(await initializeTLog(REKOR, signatures)),
    };
  };
  const log = (pair) => {
    const rawBytes = pair.publicKey.export({ format: 'der', type: 'spki' });
    return {
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: rawBytes.toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor: { start: SINCE },
      },
      logId: { keyId: sha256(rawBytes).toString('base64') },
    };
  };
  const { ca } = await services({ certificateMinutesAgo: 0, inCertificateLog: true });
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [{ baseUrl: REKOR, ...log(signatures) }],
    certificateAuthorities: [
      {
        subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
        uri: 'https://fulcio.private.example',
        certChain: { certificates: [{ rawBytes: ca.rootCertificate.toString('base64') }] },
        validFor: { start: SINCE },
      },
    ],
    ctlogs: [{ baseUrl: 'https://ctfe.private.example', ...log(certificates) }],
  };
  return { services, root };
}

/**
 * What a log of certificates hands out ends with its signature. The mock makes it, and the version of pkijs that comes with it leaves
 * it out of what it writes: a length, the timestamp, and the length of a signature, which is 0 then.
 */
function withSignatures(ctLog) {
  let signature;
  const length = (bytes) => Buffer.from([bytes.length >> 8, bytes.length & 0xff]);
  const [sign, log] = [ctLog.sign.bind(ctLog), ctLog.log.bind(ctLog)];
  ctLog.sign = async (data) => {
    signature = Buffer.from(await sign(data));
    return signature;
  };
  ctLog.log = async (...certificate) => {
    const written = Buffer.from(await log(...certificate));
    if (written.includes(signature)) return written;
    const timestamp = Buffer.concat([written.subarray(2, -2), length(signature), signature]);
    return Buffer.concat([length(timestamp), timestamp]);
  };
  return ctLog;
}

/** Rekor keeps of an envelope its digests and its signatures; the mock would keep what it was handed. */
function asRekorKeepsIt(tlog) {
  const digest = (bytes) => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  const log = tlog.log.bind(tlog);
  tlog.log = (entry) => {
    if (entry.kind !== 'dsse') return log(entry);
    const { envelope, verifiers } = entry.spec.proposedContent;
    const { payload, signatures } = JSON.parse(envelope);
    const spec = {
      envelopeHash: digest(envelope),
      payloadHash: digest(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }, at) => ({ signature: sig, verifier: verifiers[at] })),
    };
    return log({ ...entry, spec });
  };
  return tlog;
}

/** Answers for as long as `work` takes. */
async function serving(handlers, work) {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const handler = handlers.find(({ path }) => path === request.url);
      const answer = handler ? await handler.fn(Buffer.concat(chunks).toString()) : { statusCode: 404, response: '' };
      response.writeHead(answer.statusCode, { 'content-type': answer.contentType ?? 'text/plain' });
      response.end(answer.response);
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What an OpenID issuer hands out. Nobody here checks its signature. */
function token(issuer, subject) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'none' }), part({ iss: issuer, sub: subject, aud: 'sigstore' }), part('none')].join('.');
}

async function sign({ services }, signing) {
  const { ca, tlog } = await services(signing);
  const { issuer, subject } = signing;
  return serving([fulcioHandler(ca), rekorHandler(tlog)], async (url) => {
    const settings = {
      signer: new FulcioSigner({ fulcioBaseURL: url, identityProvider: { getToken: async () => token(issuer, subject) } }),
      witnesses: [new RekorWitness({ rekorBaseURL: url, entryType: 'dsse' })],
    };
    const data = fs.readFileSync(signing.artifact);
    if (!signing.statement) return new MessageSignatureBundleBuilder(settings).create({ data });
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'policy', digest: { sha256: sha256(data).toString('hex') } }],
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    };
    return new DSSEBundleBuilder(settings).create({ data: Buffer.from(JSON.stringify(statement)), type: IN_TOTO });
  });
}

async function main(folder) {
  const { signings } = JSON.parse(fs.readFileSync(0, 'utf8'));
  const known = new Map();
  for (const signing of signings) {
    if (!known.has(signing.sigstore)) {
      const made = await sigstore();
      known.set(signing.sigstore, made);
      fs.writeFileSync(path.join(folder, `${signing.sigstore}.root.json`), JSON.stringify(made.root));
    }
    const bundle = await sign(known.get(signing.sigstore), signing);
    fs.writeFileSync(path.join(folder, `${signing.name}.sigstore.json`), JSON.stringify(bundleToJSON(bundle)));
  }
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
