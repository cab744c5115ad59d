CREATE TYPE "public"."account_kind" AS ENUM('issuer', 'team', 'person', 'spent');--> statement-breakpoint
CREATE TYPE "public"."device_state" AS ENUM('offered', 'quarantined');--> statement-breakpoint
CREATE TYPE "public"."end_reason" AS ENUM('stopped_by_owner', 'stopped_by_admin', 'lease_expired', 'exited', 'out_of_memory', 'host_lost', 'image_missing', 'pull_failed', 'start_failed');--> statement-breakpoint
CREATE TYPE "public"."hold_state" AS ENUM('placed', 'settled', 'released', 'expired');--> statement-breakpoint
CREATE TYPE "public"."host_state" AS ENUM('ready', 'draining', 'drained');--> statement-breakpoint
CREATE TYPE "public"."lease_state" AS ENUM('queued', 'active', 'ended');--> statement-breakpoint
CREATE TYPE "public"."notice_state" AS ENUM('due', 'sent', 'given_up');--> statement-breakpoint
CREATE TYPE "public"."session_state" AS ENUM('requested', 'starting', 'running', 'stopping', 'ended');--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" "account_kind" NOT NULL,
	"team_id" uuid,
	"name" text NOT NULL,
	"posted" bigint NOT NULL,
	"held" bigint NOT NULL,
	CONSTRAINT "held_not_negative" CHECK ("accounts"."held" >= 0),
	CONSTRAINT "available_not_negative" CHECK ("accounts"."kind" = 'issuer' or "accounts"."posted" >= "accounts"."held")
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host_id" uuid NOT NULL,
	"uuid" text NOT NULL,
	"index" integer NOT NULL,
	"type" text NOT NULL,
	"model" text NOT NULL,
	"memory_mib" integer NOT NULL,
	"state" "device_state" NOT NULL,
	"sample" jsonb,
	CONSTRAINT "a_device_once" UNIQUE("host_id","uuid")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" jsonb NOT NULL,
	"action" text NOT NULL,
	"request_key" text NOT NULL,
	"input_hash" text NOT NULL,
	"input" jsonb NOT NULL,
	"outcome" jsonb,
	CONSTRAINT "events_request_key_unique" UNIQUE("request_key")
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"lease_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"state" "hold_state" NOT NULL,
	CONSTRAINT "hold_not_negative" CHECK ("holds"."amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"state" "host_state" NOT NULL,
	"simulated" boolean NOT NULL,
	"configured" boolean NOT NULL,
	"engine" text,
	"driver" text,
	"cuda" text,
	"seen_at" timestamp (3) with time zone,
	"fault" text,
	CONSTRAINT "hosts_address_unique" UNIQUE("address")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"person_id" uuid NOT NULL,
	CONSTRAINT "identities_once" UNIQUE("platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "installations" (
	"id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lease_devices" (
	"lease_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	"state" "lease_state" NOT NULL,
	CONSTRAINT "a_device_once_a_lease" UNIQUE("lease_id","device_id")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"device_type" text NOT NULL,
	"device_count" integer NOT NULL,
	"lease_seconds" integer NOT NULL,
	"ticks_per_second" bigint NOT NULL,
	"state" "lease_state" NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"active_at" timestamp (3) with time zone,
	"until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"end_reason" "end_reason",
	CONSTRAINT "device_count_positive" CHECK ("leases"."device_count" > 0)
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"session_id" uuid NOT NULL,
	"state" "notice_state" NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"revision" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "persons" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	"roles" text[] NOT NULL,
	CONSTRAINT "persons_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"lease_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" "session_state" NOT NULL,
	"image" jsonb NOT NULL,
	"channel" jsonb NOT NULL,
	"message_ref" jsonb,
	"token" text NOT NULL,
	"host_id" uuid,
	"container_id" text,
	"url" text,
	"progress" jsonb,
	"claim_token" uuid,
	"claim_until" timestamp (3) with time zone,
	"ready_since" timestamp (3) with time zone,
	"ready_millis" bigint NOT NULL,
	"warned_seconds" integer,
	"fault_detail" text,
	CONSTRAINT "sessions_lease_id_unique" UNIQUE("lease_id")
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"zone" text NOT NULL,
	CONSTRAINT "teams_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"from_account_id" uuid NOT NULL,
	"to_account_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"reason" text NOT NULL,
	"lease_id" uuid,
	"event_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "amount_positive" CHECK ("transfers"."amount" > 0),
	CONSTRAINT "two_accounts" CHECK ("transfers"."from_account_id" <> "transfers"."to_account_id")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_host_id_hosts_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."hosts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_lease_id_leases_id_fk" FOREIGN KEY ("lease_id") REFERENCES "public"."leases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lease_devices" ADD CONSTRAINT "lease_devices_lease_id_leases_id_fk" FOREIGN KEY ("lease_id") REFERENCES "public"."leases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lease_devices" ADD CONSTRAINT "lease_devices_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "persons" ADD CONSTRAINT "persons_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_lease_id_leases_id_fk" FOREIGN KEY ("lease_id") REFERENCES "public"."leases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_host_id_hosts_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."hosts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_from_account_id_accounts_id_fk" FOREIGN KEY ("from_account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_to_account_id_accounts_id_fk" FOREIGN KEY ("to_account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_account_a_team" ON "accounts" USING btree ("team_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_issuer_one_spent" ON "accounts" USING btree ("kind") WHERE "accounts"."team_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "a_gpu_on_one_host" ON "devices" USING btree ("uuid") WHERE "devices"."type" <> 'cpu';--> statement-breakpoint
CREATE UNIQUE INDEX "one_hold_a_lease" ON "holds" USING btree ("lease_id");--> statement-breakpoint
CREATE INDEX "unended_device" ON "lease_devices" USING btree ("device_id") WHERE "lease_devices"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "unended_leases" ON "leases" USING btree ("state","requested_at") WHERE "leases"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "due_notices" ON "notices" USING btree ("due_at") WHERE "notices"."state" = 'due';--> statement-breakpoint
CREATE UNIQUE INDEX "one_due_update_a_session" ON "notices" USING btree ("session_id") WHERE "notices"."state" = 'due' and "notices"."kind" = 'session_changed';--> statement-breakpoint
CREATE UNIQUE INDEX "name_unique_among_living" ON "sessions" USING btree ("name") WHERE "sessions"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "sessions_by_name" ON "sessions" USING btree ("name");--> statement-breakpoint
CREATE INDEX "unended_sessions" ON "sessions" USING btree ("host_id") WHERE "sessions"."state" <> 'ended';--> statement-breakpoint
CREATE UNIQUE INDEX "one_charge_a_lease" ON "transfers" USING btree ("lease_id") WHERE "transfers"."kind" = 'charge';