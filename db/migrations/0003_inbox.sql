CREATE TABLE "inbox" (
	"request_key" text PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"delivery" jsonb NOT NULL,
	"line" text NOT NULL,
	"said" text NOT NULL,
	"press" text,
	"kept_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"answered_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "news" jsonb;--> statement-breakpoint
ALTER TABLE "grant_requests" ADD COLUMN "shown_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "origin" text DEFAULT 'configured' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "shown_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "said_once_until_done" ON "inbox" USING btree ("said") WHERE "inbox"."answered_at" is null;--> statement-breakpoint
CREATE INDEX "lines_of_deliveries" ON "inbox" USING btree ("line","kept_at") WHERE "inbox"."answered_at" is null;--> statement-breakpoint
CREATE INDEX "due_deliveries" ON "inbox" USING btree ("due_at") WHERE "inbox"."answered_at" is null;--> statement-breakpoint
CREATE INDEX "deliveries_by_press" ON "inbox" USING btree ("press","kept_at") WHERE "inbox"."press" is not null;