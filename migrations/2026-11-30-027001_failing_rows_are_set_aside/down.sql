DROP FUNCTION may_be_tried(text, uuid, uuid);
DROP TABLE task_failures;
