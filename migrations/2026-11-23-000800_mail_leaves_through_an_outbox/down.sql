DROP TABLE throttles, outbox;
