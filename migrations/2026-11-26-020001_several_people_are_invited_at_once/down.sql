DROP TABLE invitation_batch_lines;
DROP TABLE invitation_batches;
