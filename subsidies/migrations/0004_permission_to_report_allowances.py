"""Sending the monthly sheet of allowances is a right of its own, not a part of confirming any sheet."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0003_ledger_stands")]

    operations = [
        migrations.AlterModelOptions(
            name="allowancetotal",
            options={
                "ordering": ["-month", "township", "scheme", "band"],
                "permissions": [("report_allowancetotal", "报送津贴月度合计")],
                "verbose_name": "津贴发放月度合计",
                "verbose_name_plural": "津贴发放月度合计",
            },
        ),
    ]
