#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: report.sh ORDERS.csv FOLDER
# Keeps a database of orders in FOLDER: imports the orders, changes them from two writers at once, rolls back a
# mistake, reports, backs up, and checks that nothing broke.
set -eu
orders=$1
cd "$2"
rm -f shop.db shop.db-wal shop.db-shm backup.db

shop() {
	sqlite3 -batch -bail -cmd '.timeout 10000' shop.db "$@"
}

shop >/dev/null <<SQL
PRAGMA journal_mode = WAL;
CREATE TABLE orders (id INTEGER PRIMARY KEY, day TEXT, customer TEXT, item TEXT, pieces INTEGER, cents INTEGER);
.import --csv --skip 1 '$orders' orders
CREATE INDEX orders_by_customer ON orders (customer, day);
CREATE TABLE changes (writer TEXT, step INTEGER);
SQL

# Two writers at once: each step takes the lock of its own.
for writer in left right; do
	(
		step=1
		while [ $step -le 10 ]; do
			shop "INSERT INTO changes VALUES ('$writer', $step)"
			step=$((step + 1))
		done
	) &
done
wait

shop <<'SQL'
BEGIN;
DELETE FROM orders;
ROLLBACK;
SQL

shop >report.txt <<'SQL'
.mode column
SELECT customer, count(*) AS orders, sum(pieces) AS pieces, printf('%.2f', sum(pieces * cents) / 100.0) AS total
  FROM orders GROUP BY customer ORDER BY customer;
WITH RECURSIVE days (day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM days WHERE day < 10000)
  SELECT count(*) AS days_counted FROM days;
SELECT writer, count(*) AS steps FROM changes GROUP BY writer ORDER BY writer;
SQL

shop 'CREATE TABLE sorted AS SELECT * FROM orders ORDER BY item, cents' 'VACUUM' '.backup backup.db'
sqlite3 -batch backup.db 'PRAGMA integrity_check' >check.txt
sqlite3 -batch -csv backup.db 'SELECT * FROM orders ORDER BY id' >copy.csv
