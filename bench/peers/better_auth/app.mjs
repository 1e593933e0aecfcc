// better-auth with its sessions in SQLite and bcrypt at cost 12; the cookie
// cache is off, which is how it comes.
//   node app.mjs 64      makes accounts that are signed in, prints cookies
//   node app.mjs         serves on $PORT

import { createServer } from "node:http";
import { hash } from "bcrypt";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import Database from "better-sqlite3";

const PASSWORD = "a password of some length";
const hashed = process.argv[2] ? await hash(PASSWORD, 12) : "";
const database = new Database(process.env.PEER_DATABASE);
database.pragma("journal_mode = WAL");

const options = {
  database,
  baseURL: "http://127.0.0.1",
  secret: "for a measurement on one machine and nothing else",
  emailAndPassword: {
    enabled: true,
    // Sessions are what is measured: one hash does for all accounts.
    password: { hash: async () => hashed, verify: async () => false },
  },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
const auth = betterAuth(options);

if (process.argv[2]) {
  await (await getMigrations(options)).runMigrations();
  for (let number = 0; number < Number(process.argv[2]); number++) {
    const email = `u${number}@example.com`;
    const answer = await auth.api.signUpEmail({
      body: { email, name: email, password: PASSWORD },
      asResponse: true,
    });
    const cookies = answer.headers.getSetCookie();
    console.log(`${email}\t${cookies.map((c) => c.split(";")[0]).join("; ")}`);
  }
  database.close();
} else {
  createServer(toNodeHandler(auth)).listen(process.env.PORT, "127.0.0.1");
}
