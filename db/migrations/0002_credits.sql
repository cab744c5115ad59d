CREATE TYPE "public"."grant_request_state" AS ENUM('pending', 'approved', 'denied', 'withdrawn', 'expired');--> statement-breakpoint
ALTER TYPE "public"."end_reason" ADD VALUE 'queue_expired' BEFORE 'image_missing';--> statement-breakpoint
CREATE TABLE "approvals" (
	"grant_request_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "approvals_grant_request_id_person_id_pk" PRIMARY KEY("grant_request_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "grant_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "grant_requests_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"team_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"reason" text NOT NULL,
	"state" "grant_request_state" NOT NULL,
	"approvals_needed" integer NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"decided_by" uuid,
	"decision_reason" text,
	"available_after" bigint,
	"channel" jsonb NOT NULL,
	"message_ref" jsonb,
	CONSTRAINT "requested_positive" CHECK ("grant_requests"."amount" > 0),
	CONSTRAINT "approvals_needed_positive" CHECK ("grant_requests"."approvals_needed" > 0)
);
--> statement-breakpoint
CREATE TABLE "link_codes" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"code_hash" text NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"team_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"roles" text[] NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "memberships_person_id_team_id_pk" PRIMARY KEY("person_id","team_id")
);
--> statement-breakpoint
CREATE TABLE "team_channels" (
	"platform" text NOT NULL,
	"channel" text NOT NULL,
	"team_id" uuid NOT NULL,
	CONSTRAINT "team_channels_platform_channel_pk" PRIMARY KEY("platform","channel")
);
--> statement-breakpoint
ALTER TABLE "accounts" DROP CONSTRAINT "available_not_negative";--> statement-breakpoint
ALTER TABLE "persons" DROP CONSTRAINT "persons_team_id_teams_id_fk";
--> statement-breakpoint
DROP INDEX "one_issuer_one_spent";--> statement-breakpoint
ALTER TABLE "notices" ALTER COLUMN "session_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "person_id" uuid;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "expiring" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "facts" jsonb;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "origin" text DEFAULT 'configured' NOT NULL;--> statement-breakpoint
ALTER TABLE "leases" ADD COLUMN "team_id" uuid;--> statement-breakpoint
UPDATE "leases" SET "team_id" = a."team_id" FROM "accounts" a WHERE a."id" = "leases"."account_id";--> statement-breakpoint
ALTER TABLE "leases" ALTER COLUMN "team_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "platform" text;--> statement-breakpoint
UPDATE "notices" SET "platform" = s."channel"->>'platform' FROM "sessions" s WHERE s."id" = "notices"."session_id";--> statement-breakpoint
ALTER TABLE "notices" ALTER COLUMN "platform" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "grant_request_id" uuid;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "transfer_id" uuid;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "person_id" uuid;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "once_key" text;--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "number" bigint NOT NULL GENERATED ALWAYS AS IDENTITY (sequence name "transfers_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1);--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "person_id" uuid;--> statement-breakpoint
ALTER TABLE "transfers" DISABLE TRIGGER "transfers_are_immutable";--> statement-breakpoint
UPDATE "transfers" SET "person_id" = l."person_id" FROM "leases" l WHERE l."id" = "transfers"."lease_id";--> statement-breakpoint
ALTER TABLE "transfers" ENABLE TRIGGER "transfers_are_immutable";--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "grant_request_id" uuid;--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "reverses_id" uuid;--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "period" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_grant_request_id_grant_requests_id_fk" FOREIGN KEY ("grant_request_id") REFERENCES "public"."grant_requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_requests" ADD CONSTRAINT "grant_requests_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_requests" ADD CONSTRAINT "grant_requests_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_requests" ADD CONSTRAINT "grant_requests_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_requests" ADD CONSTRAINT "grant_requests_decided_by_persons_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_codes" ADD CONSTRAINT "link_codes_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_channels" ADD CONSTRAINT "team_channels_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "grant_requests_by_number" ON "grant_requests" USING btree ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "grant_requests_by_message" ON "grant_requests" USING btree (("channel"->>'platform'),("message_ref"->>'channel'),("message_ref"->>'message'));--> statement-breakpoint
CREATE INDEX "pending_grant_requests" ON "grant_requests" USING btree ("valid_until") WHERE "grant_requests"."state" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "link_codes_by_hash" ON "link_codes" USING btree ("code_hash");--> statement-breakpoint
CREATE INDEX "members" ON "memberships" USING btree ("team_id");--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_grant_request_id_grant_requests_id_fk" FOREIGN KEY ("grant_request_id") REFERENCES "public"."grant_requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_grant_request_id_grant_requests_id_fk" FOREIGN KEY ("grant_request_id") REFERENCES "public"."grant_requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_reverses_id_transfers_id_fk" FOREIGN KEY ("reverses_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_account_a_person" ON "accounts" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "events_by_person" ON "events" USING btree (("actor"->>'personId'));--> statement-breakpoint
CREATE INDEX "events_by_subject" ON "events" USING btree ((coalesce("input"->>'sessionId', "input"->>'requestId')));--> statement-breakpoint
CREATE UNIQUE INDEX "said_once" ON "notices" USING btree ("once_key");--> statement-breakpoint
CREATE UNIQUE INDEX "one_due_update_a_request" ON "notices" USING btree ("grant_request_id") WHERE "notices"."state" = 'due' and "notices"."kind" = 'request_changed';--> statement-breakpoint
CREATE UNIQUE INDEX "one_grant_a_request" ON "transfers" USING btree ("grant_request_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reversed_once" ON "transfers" USING btree ("reverses_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_allowance_a_period" ON "transfers" USING btree ("to_account_id","period") WHERE "transfers"."kind" = 'allowance';--> statement-breakpoint
CREATE UNIQUE INDEX "transfers_by_number" ON "transfers" USING btree ("number");--> statement-breakpoint
CREATE INDEX "charges_by_person" ON "transfers" USING btree ("from_account_id","person_id","at") WHERE "transfers"."kind" = 'charge';--> statement-breakpoint
CREATE INDEX "transfers_out" ON "transfers" USING btree ("from_account_id","at");--> statement-breakpoint
CREATE INDEX "transfers_in" ON "transfers" USING btree ("to_account_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "one_issuer_one_spent" ON "accounts" USING btree ("kind") WHERE "accounts"."kind" in ('issuer', 'spent');--> statement-breakpoint
-- What was in one place is carried over to its new one.
INSERT INTO "memberships" ("team_id", "person_id", "roles", "position") SELECT "team_id", "id", "roles", 0 FROM "persons";--> statement-breakpoint
ALTER TABLE "persons" DROP COLUMN "team_id";--> statement-breakpoint
ALTER TABLE "persons" DROP COLUMN "roles";--> statement-breakpoint
UPDATE "accounts" SET "posted" = 0 WHERE "kind" IN ('issuer', 'spent');--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "expiring_within_posted" CHECK ("accounts"."expiring" between 0 and "accounts"."posted");--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "no_balance_of_issuer_and_spent" CHECK ("accounts"."kind" in ('team', 'person') or "accounts"."posted" = 0);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "available_not_negative" CHECK ("accounts"."posted" >= "accounts"."held");