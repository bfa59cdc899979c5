-- What was sent before lasts as long as it did; a day is the least that can be chosen.
ALTER TABLE invitations ADD COLUMN lifetime_days integer NOT NULL DEFAULT 7;
UPDATE invitations SET lifetime_days = least(90, greatest(1, round(extract(epoch FROM expires_at - sent_at) / 86400)::integer));
ALTER TABLE invitations ADD CONSTRAINT invitations_last_one_to_ninety_days CHECK (lifetime_days BETWEEN 1 AND 90);
COMMENT ON COLUMN invitations.lifetime_days IS 'For how many days it was sent: sent again, it lasts as long anew.';
