DROP TABLE review_reminders;
DROP TABLE review_people;
DROP TABLE reviews;
