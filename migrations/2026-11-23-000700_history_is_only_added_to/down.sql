DROP TABLE history;
DROP FUNCTION history_is_only_added_to();
