DROP TABLE cards, billing_details;
