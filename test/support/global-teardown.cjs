module.exports = async () => require('./global-setup.cjs').shared.server?.remove();
