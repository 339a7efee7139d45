// The application's database as the runbook describes it, as far as its sections name anything.

/** Tables, columns and indexes; two migrations applied; nothing stale, nothing of the past. */
export const RUNBOOK_SCHEMA: string = `
CREATE TABLE properties (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
CREATE TABLE availability_blocks (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
CREATE TABLE bookings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  status text NOT NULL DEFAULT 'confirmed',
  cancelled_by text
);
INSERT INTO bookings (cancelled_by) VALUES (NULL), (gen_random_uuid()::text), (upper(gen_random_uuid()::text));

CREATE TABLE channel_sync_logs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  connection_id uuid, task_id text, tenant_id uuid, operation_type text, direction text,
  status text NOT NULL CHECK (status IN ('triggered', 'queued', 'running', 'success', 'failed')),
  details jsonb, error text,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX logs_connection ON channel_sync_logs (connection_id, created_at);
CREATE INDEX logs_task ON channel_sync_logs (task_id);
CREATE INDEX logs_tenant ON channel_sync_logs (tenant_id);
CREATE INDEX logs_status ON channel_sync_logs (status);
INSERT INTO channel_sync_logs (status) VALUES ('running'), ('success');

CREATE TABLE guests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  total_bookings integer DEFAULT 0, total_spent numeric(12, 2) DEFAULT 0, last_booking_at timestamptz,
  first_booking_at timestamptz, average_rating numeric(3, 2),
  updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE INDEX guests_last ON guests (last_booking_at);
CREATE INDEX guests_first ON guests (first_booking_at);
CREATE INDEX guests_deleted ON guests (deleted_at);

CREATE TABLE pms_schema_migrations (
  filename TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now(), sha256 TEXT, notes TEXT
);
`
