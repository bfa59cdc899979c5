DROP INDEX history_by_a_person;
DROP INDEX history_of_a_topic;
ALTER TABLE history DROP COLUMN topic;
