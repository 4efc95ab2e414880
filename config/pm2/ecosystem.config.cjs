// pm2 start ecosystem.config.cjs && pm2 save
// Secrets: CLARION_APPS_FILE names a file that only the user of pm2 may read. Before pm2 starts: ulimit -n 1048576.
module.exports = {
  apps: [
    {
      name: 'clarion',
      script: 'clarion',
      args: 'start --config /etc/clarion/clarion.json',
      interpreter: 'none', // the program brings its own first line
      // pm2's cluster mode would start servers that know nothing of each other: `workers` in the configuration starts one that uses all processors.
      exec_mode: 'fork',
      instances: 1,
      env: { NODE_ENV: 'production', CLARION_APPS_FILE: '/etc/clarion/apps.json' },
      kill_timeout: 60_000, // longer than drain.windowSeconds and the webhooks that follow
      treekill: false, // the parent tells its workers
      restart_delay: 1000,
      stop_exit_codes: [2, 3], // a wrong command line or a faulty configuration: starting again would not help
    },
  ],
};
