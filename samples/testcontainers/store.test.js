// SPDX-License-Identifier: Apache-2.0
// An integration test as people write them: it starts the server that it needs through testcontainers, and knows
// nothing of snug.
'use strict';
const assert = require('node:assert');
const net = require('node:net');
const test = require('node:test');
const { GenericContainer, Wait } = require('testcontainers');

const IMAGE = process.env.STORE_IMAGE ?? 'redis:7';
const PORT = 6379;

// One command, one reply in the server's own protocol; enough for replies of one line or one bulk string.
function ask(container, ...words) {
  const request = `*${words.length}\r\n` + words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
  return new Promise((resolve, reject) => {
    const socket = net.connect(container.getMappedPort(PORT), container.getHost(), () => socket.write(request));
    let reply = '';
    socket.setEncoding('utf8').on('error', reject).on('data', (data) => {
      reply += data;
      const lines = reply.split('\r\n');
      if (lines.length >= (reply.startsWith('$') && !reply.startsWith('$-') ? 3 : 2)) {
        socket.end();
        resolve(lines[lines.length - 2]);
      }
    });
  });
}

test('a store', async (t) => {
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forAll([Wait.forListeningPorts(), Wait.forLogMessage('Ready to accept connections')]))
    .start();
  t.after(() => container.stop());

  await t.test('keeps what it is given', async () => {
    assert.strictEqual(await ask(container, 'SET', 'fruit', 'äpfel'), '+OK');
    assert.strictEqual(await ask(container, 'GET', 'fruit'), 'äpfel');
  });
  await t.test('counts', async () => {
    assert.strictEqual(await ask(container, 'INCR', 'visits'), ':1');
    assert.strictEqual(await ask(container, 'INCR', 'visits'), ':2');
  });
  await t.test('saves', async () => {
    assert.strictEqual(await ask(container, 'SAVE'), '+OK');
    const { exitCode } = await container.exec(['test', '-s', 'dump.rdb']);
    assert.strictEqual(exitCode, 0);
  });
});
