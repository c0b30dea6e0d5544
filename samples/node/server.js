// SPDX-License-Identifier: Apache-2.0
// A shop window: files, and a few questions that are answered by a thread, a child process, a call to itself, a log.
// Listens on PORT (default 3000); keeps notes in the working directory.
'use strict';

const { execFile } = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

const PUBLIC = path.join(__dirname, 'public');
const NOTES = 'notes.log';
const NOTE_MAX = 1 << 16;	// characters
const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8' };

function countPrimes(limit) {
	const composite = new Uint8Array(limit + 1);
	let count = 0;

	for (let n = 2; n <= limit; n++) {
		if (composite[n])
			continue;
		count++;
		for (let multiple = n * n; multiple <= limit; multiple += n)
			composite[multiple] = 1;
	}
	return count;
}

function answer(response, status, text) {
	response.writeHead(status, { 'Content-Type': 'text/plain' });
	response.end(`${text}\n`);
}

// A whole number that takes a moment, not minutes; NaN for anything else.
function limitOf(url) {
	const limit = Number(url.searchParams.get('limit'));

	return Number.isInteger(limit) && limit >= 0 && limit <= 10000000 ? limit : NaN;
}

function primes(request, response, url) {
	const limit = limitOf(url);

	if (Number.isNaN(limit)) {
		answer(response, 400, 'limit is a number up to ten million');
		return;
	}
	const worker = new Worker(__filename, { workerData: limit });
	worker.once('message', (count) => answer(response, 200, count));
	worker.once('error', (error) => answer(response, 500, error.message));
}

function digest(request, response) {
	execFile('sha256sum', [path.join(PUBLIC, 'index.html')], (error, output) => {
		answer(response, error ? 500 : 200, error ? error.message : output.split(' ')[0]);
	});
}

// The shop asks itself, as one service would ask another.
function relay(request, response) {
	const { port } = request.socket.address();

	http.get({ host: '127.0.0.1', port, path: '/style.css' }, (other) => {
		response.writeHead(other.statusCode, { 'Content-Type': other.headers['content-type'] });
		other.pipe(response);
	}).on('error', (error) => answer(response, 502, error.message));
}

function notes(request, response) {
	let text = '';

	if (request.method !== 'POST') {
		fs.createReadStream(NOTES).on('error', () => answer(response, 404, 'no notes')).pipe(response);
		return;
	}
	request.setEncoding('utf8');
	request.on('data', (part) => { text = (text + part).slice(0, NOTE_MAX); });
	request.on('end', () => fs.appendFile(NOTES, `${text}\n`, (error) => {
		answer(response, error ? 500 : 201, error ? error.message : 'noted');
	}));
}

function file(request, response, url) {
	const name = path.join(PUBLIC, path.normalize(decodeURI(url.pathname)));
	const whole = name.endsWith(path.sep) ? path.join(name, 'index.html') : name;

	fs.stat(whole, (error, stat) => {
		if (error || !stat.isFile()) {
			answer(response, 404, 'not found');
			return;
		}
		response.writeHead(200, {
			'Content-Length': stat.size, 'Content-Type': TYPES[path.extname(whole)] || 'application/octet-stream',
		});
		fs.createReadStream(whole).pipe(response);
	});
}

const routes = { '/digest': digest, '/notes': notes, '/primes': primes, '/relay': relay };

function serve() {
	const server = http.createServer((request, response) => {
		const url = new URL(request.url, 'http://localhost');

		(routes[url.pathname] || file)(request, response, url);
	});

	server.listen(Number(process.env.PORT || 3000), '0.0.0.0', () => console.log('listening'));
	process.on('SIGTERM', () => {
		server.close(() => console.log('closed'));
		server.closeAllConnections();
	});
}

if (isMainThread)
	serve();
else
	parentPort.postMessage(countPrimes(workerData));
