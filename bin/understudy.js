#!/usr/bin/env node
// CommonJS on purpose (package.json beside this): Node reads ES modules through libuv's pool of file
// threads, and by then its size is fixed. Four threads are too few: a slow `fdatasync` per recording
// thread would keep all writes of a take-over waiting.
process.env.UV_THREADPOOL_SIZE ??= '16';
void import('../dist/src/cli/main.js');
