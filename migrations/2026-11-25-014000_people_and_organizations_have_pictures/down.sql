ALTER TABLE organizations DROP COLUMN picture_id;
ALTER TABLE accounts DROP COLUMN picture_id;
DROP TABLE pictures;
