"""One async function per message or request that changes something."""
