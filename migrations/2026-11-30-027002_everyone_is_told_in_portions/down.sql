UPDATE invitations SET ended_at = deleted_at, ended_how = 'organization_deleted', asked_again_at = NULL FROM organizations
    WHERE organizations.id = invitations.organization_id AND deleted_at IS NOT NULL AND ended_at IS NULL;
DROP TABLE outbox_fan_outs;
