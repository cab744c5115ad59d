CREATE TABLE "session_activity" (
	"session_id" uuid NOT NULL,
	"process_id" uuid NOT NULL,
	"connections" integer NOT NULL,
	"last_active_at" timestamp (3) with time zone NOT NULL,
	"noted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "session_activity_session_id_process_id_pk" PRIMARY KEY("session_id","process_id")
);
--> statement-breakpoint
CREATE TABLE "ssh_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"fingerprint" text NOT NULL,
	"public_key" text NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "a_key_of_one_person" UNIQUE("fingerprint")
);
--> statement-breakpoint
CREATE TABLE "used_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "installations" ADD COLUMN "signing_key" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "ssh" jsonb;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "key_ids" text[];--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "check" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "verdict" jsonb;--> statement-breakpoint
ALTER TABLE "session_activity" ADD CONSTRAINT "session_activity_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ssh_keys" ADD CONSTRAINT "ssh_keys_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ssh_keys_of" ON "ssh_keys" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "used_links_by_end" ON "used_links" USING btree ("valid_until");--> statement-breakpoint
UPDATE "sessions" SET "image" = '{"cuda": null, "compute": null}'::jsonb || "image";
