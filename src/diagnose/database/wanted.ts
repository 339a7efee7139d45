// What the runbook's sections say that the application's database has, and which migration brings it.

export interface Wanted {
  readonly table: string
  readonly columns: readonly string[]
  /** Columns that an index begins with. */
  readonly indexed: readonly string[]
  /** The file in supabase/migrations/ that the runbook names for it; null: it names none. */
  readonly migration: string | null
}

/** Runbook, "Schema Drift": Verify; Channel Manager Sync Logs; Guests Metrics Columns; Guests Booking Timeline Columns. */
export const WANTED: readonly Wanted[] = [
  { table: 'properties', columns: [], indexed: [], migration: null },
  // `cancelled_by` is not asked for here: where it is missing, "Data Hygiene" has nothing to clean.
  { table: 'bookings', columns: [], indexed: [], migration: null },
  { table: 'availability_blocks', columns: [], indexed: [], migration: null },
  {
    table: 'channel_sync_logs',
    columns: [
      ...['connection_id', 'task_id', 'tenant_id', 'status', 'operation_type', 'direction', 'details'],
      // What "Cleanup Stale Sync Logs" needs.
      ...['error', 'created_at', 'updated_at'],
    ],
    indexed: ['connection_id', 'task_id', 'tenant_id', 'status'],
    migration: '20251227000000_create_channel_sync_logs.sql',
  },
  { table: 'guests', columns: [], indexed: [], migration: null },
  {
    table: 'guests',
    columns: ['total_bookings', 'total_spent', 'last_booking_at'],
    indexed: ['last_booking_at'],
    migration: '20260103120000_ensure_guests_metrics_columns.sql',
  },
  {
    table: 'guests',
    columns: ['first_booking_at', 'average_rating', 'updated_at', 'deleted_at'],
    indexed: ['first_booking_at', 'deleted_at'],
    migration: '20260103123000_ensure_guests_booking_timeline_columns.sql',
  },
]
