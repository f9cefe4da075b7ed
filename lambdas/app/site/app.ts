const main = document.querySelector('#app');
if (main !== null) main.textContent = 'Notifications about new mail.';
