"""One async function per message, and what runs beside them: helping other replicas, sweeping kept chunks."""
